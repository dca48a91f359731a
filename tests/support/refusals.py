"""What every refusing answer is held to."""


def assert_told_in_both(answer):
    detail = answer.json()["detail"]
    assert set(detail) == {"it", "en"}, detail
    assert all(isinstance(text, str) and text.strip() for text in detail.values()), detail
    assert detail["it"] != detail["en"], detail
