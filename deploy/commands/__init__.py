"""What the commands of `wangge` do; imported one at a time, when they are asked for."""
