defmodule Thumbnailer.FeedsTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Feeds

  setup do
    token = make_ref()
    {:ok, token: token, feeds: Feeds.open(%Feeds{}, 7, token)}
  end

  test "a caller that has no more to send waits for the answer", %{token: token, feeds: feeds} do
    assert Feeds.count(feeds) == 1
    assert {:open, feeds} = Feeds.claim(feeds, 7, token)
    assert Feeds.count(feeds) == 0
    assert Feeds.answer(feeds, 7, {:ok, %{}}) == :not_fed
  end

  test "an answer that comes before is kept for its caller", %{token: token, feeds: feeds} do
    assert {:kept, feeds} = Feeds.answer(feeds, 7, {:ok, %{}})
    assert Feeds.count(feeds) == 0
    assert {:answered, {:ok, %{}}, feeds} = Feeds.claim(feeds, 7, token)
    assert feeds == %Feeds{}
  end

  test "nobody else gets it", %{feeds: feeds} do
    assert Feeds.claim(feeds, 7, make_ref()) == :unknown
    assert {:kept, feeds} = Feeds.answer(feeds, 7, {:ok, %{}})
    assert Feeds.claim(feeds, 7, make_ref()) == :unknown
  end

  test "nothing stays of a caller that is gone", %{feeds: feeds} do
    assert Feeds.delete(feeds, 7) == %Feeds{}
    {:kept, answered} = Feeds.answer(feeds, 7, {:ok, %{}})
    assert Feeds.delete(answered, 7) == %Feeds{}
  end
end
