"""From several runs to one model: parametric dependencies learned by regression.

The only importer of scikit-learn, which is loaded when something is fitted.
"""
