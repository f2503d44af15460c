defmodule Thumbnailer.Cluster.BalanceTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Cluster.Balance

  defp hello(workers, loaders \\ [:jpeg, :png]),
    do: %{workers: workers, loaders: loaders, savers: [:jpeg, :webp]}

  defp balance(members) do
    Enum.reduce(members, %Balance{}, fn {id, hello}, balance ->
      Balance.join(balance, id, hello)
    end)
  end

  defp wait(balance, refs, needs \\ {:jpeg, []}),
    do: Enum.reduce(refs, balance, &Balance.wait(&2, &1, needs))

  test "a member has twice as many as it has workers, by load" do
    {given, balance} = balance(a: hello(1), b: hello(2)) |> wait(1..10) |> Balance.assign()
    assert Enum.frequencies_by(given, &elem(&1, 1)) == %{a: 2, b: 4}
    assert Enum.map(given, &elem(&1, 0)) == Enum.to_list(1..6)
    {given, _balance} = balance |> Balance.drop(2) |> Balance.assign()
    assert [{7, _member}] = given
  end

  test "what others have a member do counts" do
    balance = balance(a: hello(1), b: hello(1)) |> Balance.report(:a, 5)
    assert {[{1, :b}, {2, :b}, {3, :a}], _balance} = balance |> wait(1..3) |> Balance.assign()
  end

  test "a request goes to a member that reads and writes its formats" do
    balance = balance(a: hello(1), b: hello(1, [:avif]))
    assert {[{1, :b}], _balance} = balance |> wait([1], {:avif, [:jpeg]}) |> Balance.assign()
    assert {[], _balance} = balance |> wait([1], {:avif, [:gif]}) |> Balance.assign()
    refute Balance.able?(balance, {:tiff, []})
    assert Balance.able?(balance, {nil, [:webp]})
  end

  test "who cannot be served does not hold up who can" do
    {given, _balance} =
      balance(a: hello(1)) |> wait([1], {:avif, []}) |> wait([2]) |> Balance.assign()

    assert given == [{2, :a}]
  end

  test "requests of a member that leaves are first in line, in their order, and go elsewhere" do
    {_given, balance} = balance(a: hello(1)) |> wait(1..4) |> Balance.assign()
    assert {[], balance} = Balance.leave(balance, :a)
    {given, _balance} = balance |> Balance.join(:b, hello(2)) |> Balance.assign()
    assert given == [{1, :b}, {2, :b}, {3, :b}, {4, :b}]
  end

  test "a member that lost a request gets it again only when there is no other" do
    {[{1, :a}], balance} = balance(a: hello(1)) |> wait([1]) |> Balance.assign()
    {[], balance} = Balance.lose(balance, 1, :a)
    assert {[{1, :b}], _balance} = balance |> Balance.join(:b, hello(1)) |> Balance.assign()
    assert {[{1, :a}], _balance} = Balance.assign(balance)
  end

  test "the third loss is the last" do
    lost =
      Enum.reduce([:a, :b, :c], wait(%Balance{}, [1]), fn id, balance ->
        {[{1, ^id}], balance} = balance |> Balance.join(id, hello(1)) |> Balance.assign()
        {given_up, balance} = Balance.leave(balance, id)
        assert given_up == if(id == :c, do: [1], else: [])
        balance
      end)

    assert {lost.sent, lost.waiting, lost.lines} == {%{}, %{}, %{}}
  end

  test "word of a loss that was dealt with changes nothing" do
    {[{1, :a}], balance} = balance(a: hello(1)) |> wait([1]) |> Balance.assign()
    assert Balance.lose(balance, 1, :b) == {[], balance}
    assert Balance.lose(balance, 2, :a) == {[], balance}
  end

  test "a member that rests gets nothing until it is back" do
    balance = balance(a: hello(1)) |> Balance.rest(:a, true) |> wait([1])
    assert {[], balance} = Balance.assign(balance)
    assert {[{1, :a}], _balance} = balance |> Balance.rest(:a, false) |> Balance.assign()
  end
end
