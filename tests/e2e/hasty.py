"""nn-tui that saves much more often, so that a test can kill it in the middle of that."""

from engine.saved import saver
from tui.cli import main

saver.INTERVAL = 0.02
saver._LOOK = 0.005
main()
