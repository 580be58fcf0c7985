"""The stand: what runs where a lab is worked on while it is proved.

It imports only what a seat has, so that the same modules run beside the prover and in
a lab's real image, to which they are handed on (`hub.authoring.kernel`).
"""
