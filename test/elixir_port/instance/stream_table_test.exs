defmodule Thumbnailer.Instance.StreamTableTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Instance.StreamTable

  setup do
    token = make_ref()
    {:ok, token: token, feeds: StreamTable.open(%StreamTable{}, 7, token)}
  end

  test "a caller that has no more to send waits for the answer", %{token: token, feeds: feeds} do
    assert StreamTable.count(feeds) == 1
    assert {:open, feeds} = StreamTable.claim(feeds, 7, token)
    assert StreamTable.count(feeds) == 0
    assert StreamTable.answer(feeds, 7, {:ok, %{}}) == :not_fed
  end

  test "an answer that comes before is kept for its caller", %{token: token, feeds: feeds} do
    assert {:kept, feeds} = StreamTable.answer(feeds, 7, {:ok, %{}})
    assert StreamTable.count(feeds) == 0
    assert {:answered, {:ok, %{}}, feeds} = StreamTable.claim(feeds, 7, token)
    assert feeds == %StreamTable{}
  end

  test "nobody else gets it", %{feeds: feeds} do
    assert StreamTable.claim(feeds, 7, make_ref()) == :unknown
    assert {:kept, feeds} = StreamTable.answer(feeds, 7, {:ok, %{}})
    assert StreamTable.claim(feeds, 7, make_ref()) == :unknown
  end

  test "nothing stays of a caller that is gone", %{feeds: feeds} do
    assert StreamTable.delete(feeds, 7) == %StreamTable{}
    {:kept, answered} = StreamTable.answer(feeds, 7, {:ok, %{}})
    assert StreamTable.delete(answered, 7) == %StreamTable{}
  end
end
