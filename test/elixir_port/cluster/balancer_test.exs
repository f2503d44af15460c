defmodule Thumbnailer.Cluster.BalancerTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Cluster.Balancer

  defp hello(workers, loaders \\ [:jpeg, :png]),
    do: %{workers: workers, loaders: loaders, savers: [:jpeg, :webp]}

  defp balance(members) do
    Enum.reduce(members, %Balancer{}, fn {id, hello}, balance ->
      Balancer.join(balance, id, hello)
    end)
  end

  defp wait(balance, refs, needs \\ {:jpeg, []}),
    do: Enum.reduce(refs, balance, &Balancer.wait(&2, &1, needs))

  test "a member has twice as many as it has workers, by load" do
    {given, balance} = balance(a: hello(1), b: hello(2)) |> wait(1..10) |> Balancer.assign()
    assert Enum.frequencies_by(given, &elem(&1, 1)) == %{a: 2, b: 4}
    assert Enum.map(given, &elem(&1, 0)) == Enum.to_list(1..6)
    {given, _balance} = balance |> Balancer.drop(2) |> Balancer.assign()
    assert [{7, _member}] = given
  end

  test "what others have a member do counts" do
    balance = balance(a: hello(1), b: hello(1)) |> Balancer.report(:a, 5)
    assert {[{1, :b}, {2, :b}, {3, :a}], _balance} = balance |> wait(1..3) |> Balancer.assign()
  end

  test "a request goes to a member that reads and writes its formats" do
    balance = balance(a: hello(1), b: hello(1, [:avif]))
    assert {[{1, :b}], _balance} = balance |> wait([1], {:avif, [:jpeg]}) |> Balancer.assign()
    assert {[], _balance} = balance |> wait([1], {:avif, [:gif]}) |> Balancer.assign()
    refute Balancer.able?(balance, {:tiff, []})
    assert Balancer.able?(balance, {nil, [:webp]})
  end

  test "who cannot be served does not hold up who can" do
    {given, _balance} =
      balance(a: hello(1)) |> wait([1], {:avif, []}) |> wait([2]) |> Balancer.assign()

    assert given == [{2, :a}]
  end

  test "requests of a member that leaves are first in line, in their order, and go elsewhere" do
    {_given, balance} = balance(a: hello(1)) |> wait(1..4) |> Balancer.assign()
    assert {[], balance} = Balancer.leave(balance, :a)
    {given, _balance} = balance |> Balancer.join(:b, hello(2)) |> Balancer.assign()
    assert given == [{1, :b}, {2, :b}, {3, :b}, {4, :b}]
  end

  test "a member that lost a request gets it again only when there is no other" do
    {[{1, :a}], balance} = balance(a: hello(1)) |> wait([1]) |> Balancer.assign()
    {[], balance} = Balancer.lose(balance, 1, :a)
    assert {[{1, :b}], _balance} = balance |> Balancer.join(:b, hello(1)) |> Balancer.assign()
    assert {[{1, :a}], _balance} = Balancer.assign(balance)
  end

  test "the third loss is the last" do
    lost =
      Enum.reduce([:a, :b, :c], wait(%Balancer{}, [1]), fn id, balance ->
        {[{1, ^id}], balance} = balance |> Balancer.join(id, hello(1)) |> Balancer.assign()
        {given_up, balance} = Balancer.leave(balance, id)
        assert given_up == if(id == :c, do: [1], else: [])
        balance
      end)

    assert {lost.sent, lost.waiting, lost.lines} == {%{}, %{}, %{}}
  end

  test "word of a loss that was dealt with changes nothing" do
    {[{1, :a}], balance} = balance(a: hello(1)) |> wait([1]) |> Balancer.assign()
    assert Balancer.lose(balance, 1, :b) == {[], balance}
    assert Balancer.lose(balance, 2, :a) == {[], balance}
  end

  test "a member that rests gets nothing until it is back" do
    balance = balance(a: hello(1)) |> Balancer.rest(:a, true) |> wait([1])
    assert {[], balance} = Balancer.assign(balance)
    assert {[{1, :a}], _balance} = balance |> Balancer.rest(:a, false) |> Balancer.assign()
  end
end
