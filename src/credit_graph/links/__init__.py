"""Who holds, represents and neighbours whom: pure functions over a projection. Every result is a lead (线索).

What comes from here is never a criterion, evidence or field of a listing or release.
"""
