"""Which figures does a sheet of buildings and years hold?"""
