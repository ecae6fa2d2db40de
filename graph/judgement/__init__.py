"""What stewards decide about who is who: verdicts that persist, previews, and their taking back."""
