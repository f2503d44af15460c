defmodule Thumbnailer.Instance.PendingRequestTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Request
  alias Thumbnailer.Instance.PendingRequest

  @request %Request{op: :make}

  defp from(pid \\ self()), do: {pid, make_ref()}

  test "its owner hears of its deadline" do
    PendingRequest.new(7, @request, from(), 1)
    assert_receive {:deadline, 7}
  end

  test "its owner hears of its caller's end" do
    {caller, monitor} = spawn_monitor(fn -> :ok end)
    assert_receive {:DOWN, ^monitor, _, _, _}
    PendingRequest.new(8, @request, from(caller), 60_000)
    assert_receive {{:caller_down, 8}, _monitor, :process, ^caller, _reason}
  end

  test "answered, its caller gets the answer and its owner nothing more" do
    {caller, tag} = from = from()
    entry = PendingRequest.new(9, @request, from, 20)
    assert caller == self()
    :ok = PendingRequest.answer(entry, {:ok, %{}})
    assert_receive {^tag, {:ok, %{}}}
    refute_receive {:deadline, 9}, 40
  end

  test "abandoned, it is answered to nobody" do
    entry = PendingRequest.new(10, @request, from(), 60_000) |> PendingRequest.abandon()
    :ok = PendingRequest.answer(entry, {:ok, %{}})
    refute_received {_tag, {:ok, %{}}}
  end

  test "the time that is left is never less than a millisecond" do
    entry = PendingRequest.new(11, @request, from(), 50)
    assert PendingRequest.time_left(entry) in 1..50
    assert PendingRequest.time_left(%{entry | deadline: entry.deadline - 1_000}) == 1
  end

  test "overdue, its owner is reminded once more" do
    entry = %{PendingRequest.new(12, @request, from(), 1) | state: :sent}
    assert_receive {:deadline, 12}
    assert %PendingRequest{state: :overdue} = PendingRequest.overdue(entry, 1)
    assert_receive {:deadline, 12}
  end
end
