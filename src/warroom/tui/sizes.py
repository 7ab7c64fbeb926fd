"""Where the layout changes with the terminal's size. The classes land on the screen."""

HORIZONTAL = [(0, "-tiny"), (72, "-narrow"), (110, "-normal"), (170, "-wide")]
VERTICAL = [(0, "-flat"), (22, "-low"), (36, "-tall")]
