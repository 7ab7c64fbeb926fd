"""What other tools wrote, read into plain values. Each reader knows how its tool looks when it found nothing out.

That is never taken for a good result: a reader raises `Trouble` for a report that says nothing about its subject.
"""
