"""The passes of a recording: what each iteration of a script read and made, as arrays.

Here belongs what gathers and compares numbers. Which of them are weights or gradients does not.
"""
