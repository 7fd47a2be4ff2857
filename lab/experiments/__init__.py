"""The claims that are measured by training: one module each, named after its line and its page.

A module is its claim's whole programme. It has

    run(arm, seed, train, ...)            one training
    trial(arm, seed, train, judge, ...)   its numbers, read on `judge`
    EXPERIMENT                            what counts, what would matter and why, arms, conditions,
                                          other settings, and what is tuned

`python -m lab.evidence run LINE` carries it out, and lab/results/LINE.json has what it found.
Rates are in units that suit SGD: see lab.training.OPTIMIZERS.
"""
