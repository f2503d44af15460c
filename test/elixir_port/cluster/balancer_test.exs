defmodule Thumbnailer.Cluster.BalancerTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Cluster.Balancer

  defp hello(workers, loaders \\ [:jpeg, :png]),
    do: %{workers: workers, loaders: loaders, savers: [:jpeg, :webp], steps: %{}}

  defp balancer(members) do
    Enum.reduce(members, %Balancer{}, fn {id, hello}, balancer ->
      Balancer.join(balancer, id, hello)
    end)
  end

  defp wait(balancer, refs, needs \\ {:jpeg, [], []}),
    do: Enum.reduce(refs, balancer, &Balancer.enqueue(&2, &1, needs))

  test "a member has twice as many as it has workers, by load" do
    {assigned, balancer} = balancer(a: hello(1), b: hello(2)) |> wait(1..10) |> Balancer.assign()
    assert Enum.frequencies_by(assigned, &elem(&1, 1)) == %{a: 2, b: 4}
    assert Enum.map(assigned, &elem(&1, 0)) == Enum.to_list(1..6)
    {assigned, _balance} = balancer |> Balancer.remove(2) |> Balancer.assign()
    assert [{7, _member}] = assigned
  end

  test "what others have a member do counts" do
    balancer = balancer(a: hello(1), b: hello(1)) |> Balancer.report(:a, 5)
    assert {[{1, :b}, {2, :b}, {3, :a}], _balance} = balancer |> wait(1..3) |> Balancer.assign()
  end

  test "a request goes to a member that reads and writes its formats" do
    balancer = balancer(a: hello(1), b: hello(1, [:avif]))

    assert {[{1, :b}], _balance} =
             balancer |> wait([1], {:avif, [:jpeg], []}) |> Balancer.assign()

    assert {[], _balance} = balancer |> wait([1], {:avif, [:gif], []}) |> Balancer.assign()
    refute Balancer.capable?(balancer, {:tiff, [], []})
    assert Balancer.capable?(balancer, {nil, [:webp], []})
  end

  test "who cannot be served does not hold up who can" do
    {assigned, _balance} =
      balancer(a: hello(1)) |> wait([1], {:avif, [], []}) |> wait([2]) |> Balancer.assign()

    assert assigned == [{2, :a}]
  end

  test "requests of a member that leaves are first in queue, in their order, and go elsewhere" do
    {_given, balancer} = balancer(a: hello(1)) |> wait(1..4) |> Balancer.assign()
    assert {[], balancer} = Balancer.leave(balancer, :a)
    {assigned, _balance} = balancer |> Balancer.join(:b, hello(2)) |> Balancer.assign()
    assert assigned == [{1, :b}, {2, :b}, {3, :b}, {4, :b}]
  end

  test "a member that lost a request gets it again only when there is no other" do
    {[{1, :a}], balancer} = balancer(a: hello(1)) |> wait([1]) |> Balancer.assign()
    {[], balancer} = Balancer.fail(balancer, 1, :a)
    assert {[{1, :b}], _balance} = balancer |> Balancer.join(:b, hello(1)) |> Balancer.assign()
    assert {[{1, :a}], _balance} = Balancer.assign(balancer)
  end

  test "the third loss is the last" do
    lost =
      Enum.reduce([:a, :b, :c], wait(%Balancer{}, [1]), fn id, balancer ->
        {[{1, ^id}], balancer} = balancer |> Balancer.join(id, hello(1)) |> Balancer.assign()
        {failed, balancer} = Balancer.leave(balancer, id)
        assert failed == if(id == :c, do: [1], else: [])
        balancer
      end)

    assert {lost.sent, lost.waiting, lost.queues} == {%{}, %{}, %{}}
  end

  test "word of a loss that was dealt with changes nothing" do
    {[{1, :a}], balancer} = balancer(a: hello(1)) |> wait([1]) |> Balancer.assign()
    assert Balancer.fail(balancer, 1, :b) == {[], balancer}
    assert Balancer.fail(balancer, 2, :a) == {[], balancer}
  end

  test "a member that rests gets nothing until it is back" do
    balancer = balancer(a: hello(1)) |> Balancer.set_paused(:a, true) |> wait([1])
    assert {[], balancer} = Balancer.assign(balancer)
    assert {[{1, :a}], _balance} = balancer |> Balancer.set_paused(:a, false) |> Balancer.assign()
  end
end
