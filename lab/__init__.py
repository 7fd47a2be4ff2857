"""What the chapters share. Each line imports only from those below it:

book                        the Sphinx extension that runs the pages
claims                      an experiment for each claim that is measured by training
standardised  four_lines    the measurements behind the other claims
measures                    what is read off a history or a network
training                    the one training loop
networks  transformer       what is trained
letters  conventions  processes  costs  explorables  evidence    what single pages need
datasets  figures  prose    the data, the one figure style, numbers for the text

Of `grader` it imports nothing: pages do, for the reference implementation.
"""
