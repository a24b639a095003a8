"""The commands, in modules by kind: read options, call the engine or the app, print."""
