defmodule Thumbnailer.Instance.StreamTableTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Instance.StreamTable

  setup do
    monitor_ref = make_ref()
    {:ok, monitor_ref: monitor_ref, streams: StreamTable.open(%StreamTable{}, 7, monitor_ref)}
  end

  test "a caller that has no more to send waits for the answer", %{
    monitor_ref: monitor_ref,
    streams: streams
  } do
    assert StreamTable.count(streams) == 1
    assert {:open, streams} = StreamTable.claim(streams, 7, monitor_ref)
    assert StreamTable.count(streams) == 0
    assert StreamTable.answer(streams, 7, {:ok, %{}}) == :not_streamed
  end

  test "an answer that comes before is kept for its caller", %{
    monitor_ref: monitor_ref,
    streams: streams
  } do
    assert {:kept, streams} = StreamTable.answer(streams, 7, {:ok, %{}})
    assert StreamTable.count(streams) == 0
    assert {:answered, {:ok, %{}}, streams} = StreamTable.claim(streams, 7, monitor_ref)
    assert streams == %StreamTable{}
  end

  test "nobody else gets it", %{streams: streams} do
    assert StreamTable.claim(streams, 7, make_ref()) == :unknown
    assert {:kept, streams} = StreamTable.answer(streams, 7, {:ok, %{}})
    assert StreamTable.claim(streams, 7, make_ref()) == :unknown
  end

  test "nothing stays of a caller that is gone", %{streams: streams} do
    assert StreamTable.delete(streams, 7) == %StreamTable{}
    {:kept, answered} = StreamTable.answer(streams, 7, {:ok, %{}})
    assert StreamTable.delete(answered, 7) == %StreamTable{}
  end
end
