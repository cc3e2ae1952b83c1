"""What the JVM agent costs."""
