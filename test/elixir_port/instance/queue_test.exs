defmodule Thumbnailer.Instance.QueueTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Request
  alias Thumbnailer.Instance.{PendingRequest, Queue}

  defp entry(id), do: %PendingRequest{id: id, request: %Request{op: :make}, deadline: 0}
  defp queue(ids), do: Enum.reduce(ids, %Queue{}, &Queue.enqueue(&2, entry(&1), :tail))

  defp order(queue) do
    case Queue.peek(queue) do
      {nil, _queue} -> []
      {entry, queue} -> [entry.id | order(Queue.mark_sent(queue, entry))]
    end
  end

  test "who comes first is first" do
    assert order(queue([1, 2, 3])) == [1, 2, 3]
  end

  test "a request at the head is sent before those that wait" do
    assert queue([1, 2]) |> Queue.enqueue(entry(3), :head) |> order() == [3, 1, 2]
  end

  test "who was taken out is skipped" do
    {%PendingRequest{id: 1}, queue} = Queue.take(queue([1, 2, 3]), 1)
    {%PendingRequest{id: 3}, queue} = Queue.take(queue, 3)
    assert order(queue) == [2]
  end

  test "who is taken out twice is not there" do
    {_entry, queue} = Queue.take(queue([1]), 1)
    assert {nil, ^queue} = Queue.take(queue, 1)
  end

  test "waiting and sent are counted" do
    {entry, queue} = Queue.peek(queue([1, 2, 3]))
    queue = Queue.mark_sent(queue, entry)
    assert {queue.waiting, queue.sent} == {2, 1}
    {_entry, queue} = Queue.take(queue, 1)
    {_entry, queue} = Queue.take(queue, 2)
    assert {queue.waiting, queue.sent} == {1, 0}
  end

  test "requests that are queued again wait at the head, in the old order" do
    queue = queue([1, 2, 3, 4])
    {one, queue} = Queue.peek(queue)
    queue = Queue.mark_sent(queue, one)
    {two, queue} = Queue.peek(queue)
    queue = Queue.mark_sent(queue, two)

    queue = Queue.requeue(queue, Queue.all(queue, :sent))
    assert {queue.waiting, queue.sent} == {4, 0}
    assert order(queue) == [1, 2, 3, 4]
  end

  test "an overdue request is still one that was sent" do
    {entry, queue} = Queue.peek(queue([1, 2]))
    queue = queue |> Queue.mark_sent(entry) |> Queue.put(%{entry | state: :overdue})
    assert [%PendingRequest{id: 1}] = Queue.all(queue, :sent)
    assert [%PendingRequest{id: 2}] = Queue.all(queue, :waiting)
  end

  test "requests that gave up leave nothing behind" do
    queue =
      Enum.reduce(1..1_000, %Queue{}, fn id, queue ->
        {_entry, queue} = queue |> Queue.enqueue(entry(id), :tail) |> Queue.take(id)
        {nil, queue} = Queue.peek(queue)
        queue
      end)

    assert queue == %Queue{}
  end
end
