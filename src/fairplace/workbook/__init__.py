"""Workbooks of marks that evaluators and officers keep elsewhere: read cell by cell, never run."""
