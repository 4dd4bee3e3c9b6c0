"""What does one cell, unit, year or name say?"""
