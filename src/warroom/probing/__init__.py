"""Measuring: sources ask the world, the engine repeats that at intervals. Judging is the core's, never a source's."""
