"""What the chapters share. A module imports only from lines below its own.

book  web                  Sphinx extensions: what runs the pages, and what is in them
claims                     an experiment for each claim that is measured by training
standardised  four_lines   the measurements behind the other claims
measures                   what is read off a history or a network
training  transformer      the one training loop; a network for one page
networks                   what several experiments train
letters  conventions  processes  costs  explorables  evidence    what some pages need
datasets  figures  prose   the data, the one figure style, numbers for the text

Only `web.mistakes`, which shows what checks say, imports anything of `grader`.
Both rules are contracts in pyproject.toml, held by `make lint`.
"""
