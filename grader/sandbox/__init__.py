"""Where a student's code runs: in a process of its own that holds nothing worth stealing.

`grader.notebooks` starts the process and asks it, through the channel that `grader.checking` uses.
`process` and `outputs` are the trusted side; `student` is the other, and is believed nothing.
"""
