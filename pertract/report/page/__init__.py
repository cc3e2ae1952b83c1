"""Pages that stand alone: one file of HTML with style, script and data inside, and nothing from elsewhere.

Python says what does not change: the answer, what was assumed, the frame. What follows the sliders is drawn
in the browser by the small scripts in ``script/`` from the data in the page.
"""

from .planner import prediction_page, what_if_page

__all__ = ["prediction_page", "what_if_page"]
