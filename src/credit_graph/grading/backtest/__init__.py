"""Backtest: how well classes of a past day told what came after. Pure; its answers name no firm."""
