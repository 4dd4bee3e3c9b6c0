"""What do sign-in logs add up to, without naming anybody?"""
