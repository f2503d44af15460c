defmodule Thumbnailer.Instance.QueueTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Instance.{PendingRequest, Queue}

  defp entry(id, kind \\ :image, bytes \\ 10),
    do: %PendingRequest{id: id, op: :make, kind: kind, body: {0, []}, bytes: bytes, deadline: 0}

  defp queue(ids), do: Enum.reduce(ids, %Queue{}, &Queue.enqueue(&2, entry(&1)))

  defp send_next(queue, kind \\ :image) do
    {entry, queue} = Queue.peek(queue, kind)
    Queue.mark_sent(queue, entry)
  end

  defp order(queue, kind \\ :image) do
    case Queue.peek(queue, kind) do
      {nil, _queue} -> []
      {entry, queue} -> [entry.id | order(Queue.mark_sent(queue, entry), kind)]
    end
  end

  test "who comes first is first, among those of a kind" do
    queue = queue([1, 2]) |> Queue.enqueue(entry(3, :question)) |> Queue.enqueue(entry(4))
    assert order(queue) == [1, 2, 4]
    assert order(queue, :question) == [3]
    assert order(queue, :stream) == []
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

  test "waiting, their bytes, and sent are counted" do
    queue = send_next(queue([1, 2, 3]))
    assert {queue.waiting, queue.waiting_bytes, queue.sent, queue.images} == {2, 20, 1, 1}
    {_entry, queue} = Queue.take(queue, 1)
    {_entry, queue} = Queue.take(queue, 2)
    assert {queue.waiting, queue.waiting_bytes, queue.sent, queue.images} == {1, 10, 0, 0}
  end

  test "who need not wait is sent at once" do
    queue = Queue.pass(%Queue{}, entry(1, :stream))
    assert {queue.waiting, queue.waiting_bytes, queue.sent, queue.streams} == {0, 0, 1, 1}
    queue = Queue.arrived(queue, 1)
    assert {queue.questions, queue.images, queue.streams} == {0, 1, 0}
    {_entry, queue} = Queue.take(queue, 1)
    assert queue == %Queue{}
  end

  test "who is returned waits at the front again, in the old order" do
    queue = queue([1, 2, 3, 4]) |> send_next() |> send_next()
    again = for entry <- Queue.all(queue, :sent), do: %{entry | state: :waiting}
    queue = Queue.requeue(queue, again)
    assert {queue.waiting, queue.waiting_bytes, queue.sent} == {4, 40, 0}
    assert order(queue) == [1, 2, 3, 4]
  end

  test "an overdue request is still one that was sent" do
    queue = send_next(queue([1, 2]))
    queue = Queue.put(queue, %{Queue.get(queue, 1) | state: :overdue})
    assert [%PendingRequest{id: 1}] = Queue.all(queue, :sent)
    assert [%PendingRequest{id: 2}] = Queue.all(queue, :waiting)
  end

  test "requests that gave up leave nothing behind" do
    queue =
      Enum.reduce(1..1_000, %Queue{}, fn id, queue ->
        {_entry, queue} = queue |> Queue.enqueue(entry(id)) |> Queue.take(id)
        {nil, queue} = Queue.peek(queue, :image)
        queue
      end)

    assert queue == %Queue{}
  end
end
