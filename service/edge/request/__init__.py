"""What a request says beside its pictures: body, labels, deadline, digest; shared by every handler of pictures."""
