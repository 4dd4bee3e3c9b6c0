"""What is in this sheet, cell by cell, and may it come in?"""
