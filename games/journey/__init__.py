"""La via delle stagioni: a way of twelve stages that planned days walk; pure."""
