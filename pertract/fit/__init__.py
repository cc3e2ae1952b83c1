"""Parametric dependencies from several runs: how demands and times follow data and cluster."""
