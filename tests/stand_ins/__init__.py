"""Third parties on loopback, by the shapes that they publish: a module each. All have the modes of `service.MODES`.

Their credentials are canaries: words that must never be seen in a journal, an export or a verdict.
"""
