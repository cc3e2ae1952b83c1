"""What exported PCM models say, compared with what they were exported from."""
