defmodule Thumbnailer.Instance.LineTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Instance.Line

  defp line(requests),
    do: Enum.reduce(requests, %Line{}, fn {c, id}, l -> Line.enqueue(l, c, id) end)

  defp order(line, why \\ :sent) do
    case Line.next(line) do
      nil -> []
      id -> [id | line |> Line.drop(why) |> order(why)]
    end
  end

  test "the requests of one caller keep their order" do
    assert order(line(a: 1, a: 2, a: 3)) == [1, 2, 3]
  end

  test "callers take turns, one request each, in the order in which they came" do
    assert order(line(a: 1, a: 2, a: 3, b: 4, c: 5, b: 6)) == [1, 4, 5, 2, 6, 3]
  end

  test "a caller with a thousand requests delays another by one" do
    line = line(for(id <- 1..1_000, do: {:a, id}) ++ [b: 1_001])
    assert Enum.find_index(order(line), &(&1 == 1_001)) == 1
  end

  test "a request that is gone does not cost its caller the turn" do
    line = line(a: 1, a: 2, b: 3) |> Line.drop(:gone)
    assert order(line) == [2, 3]
  end

  test "a caller that comes back takes its turn behind those that wait" do
    line = line(a: 1, b: 2, c: 3) |> Line.drop(:sent) |> Line.enqueue(:a, 4)
    assert order(line) == [2, 3, 4]
  end

  test "what is put back is before all others, in its order, and costs nobody a turn" do
    line = line(a: 3, b: 4) |> Line.requeue([2]) |> Line.requeue([1])
    assert order(line) == [1, 2, 3, 4]
  end

  test "nothing is left of a line that was served or given up" do
    requests = for id <- 1..100, do: {rem(id, 7), id}

    for why <- [:sent, :gone] do
      left = Enum.reduce(requests, line(requests), fn _request, line -> Line.drop(line, why) end)
      assert left == %Line{}
    end
  end
end
