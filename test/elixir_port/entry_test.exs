defmodule Thumbnailer.EntryTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.{Entry, Request}

  @request %Request{op: :make}

  defp from(pid \\ self()), do: {pid, make_ref()}

  test "its owner hears of its deadline" do
    Entry.new(7, @request, from(), 1)
    assert_receive {:deadline, 7}
  end

  test "its owner hears of its caller's end" do
    {caller, monitor} = spawn_monitor(fn -> :ok end)
    assert_receive {:DOWN, ^monitor, _, _, _}
    Entry.new(8, @request, from(caller), 60_000)
    assert_receive {{:caller_down, 8}, _monitor, :process, ^caller, _reason}
  end

  test "answered, its caller gets the answer and its owner nothing more" do
    {caller, tag} = from = from()
    entry = Entry.new(9, @request, from, 20)
    assert caller == self()
    :ok = Entry.answer(entry, {:ok, %{}})
    assert_receive {^tag, {:ok, %{}}}
    refute_receive {:deadline, 9}, 40
  end

  test "abandoned, it is answered to nobody" do
    entry = Entry.new(10, @request, from(), 60_000) |> Entry.abandon()
    :ok = Entry.answer(entry, {:ok, %{}})
    refute_received {_tag, {:ok, %{}}}
  end

  test "the time that is left is never less than a millisecond" do
    entry = Entry.new(11, @request, from(), 50)
    assert Entry.time_left(entry) in 1..50
    assert Entry.time_left(%{entry | expires_at: entry.expires_at - 1_000}) == 1
  end

  test "overdue, its owner is reminded once more" do
    entry = %{Entry.new(12, @request, from(), 1) | state: :sent}
    assert_receive {:deadline, 12}
    assert %Entry{state: :overdue} = Entry.overdue(entry, 1)
    assert_receive {:deadline, 12}
  end
end
