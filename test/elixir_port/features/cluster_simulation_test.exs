defmodule Thumbnailer.Features.ClusterSimulationTest do
  # The balancer of the router, with a thousand nodes and a million requests, in virtual time: what takes hours on
  # machines takes half a minute here. Each node has two workers, which take between half and one and a half times as long as their
  # node's pace; paces differ by four.
  use ExUnit.Case, async: true

  alias Thumbnailer.Cluster.Balancer

  @hello %{workers: 2, loaders: [:jpeg], savers: [:jpeg], steps: %{}}
  @needs {:jpeg, [:jpeg], []}

  # As many as callers have under way at a time: each finished one is replaced by the next.
  @window 5_000

  defmodule World do
    @moduledoc false
    # Events are {time, number, what}; a node is the time at which each of its two workers is free, and its pace.
    defstruct [
      :balancer,
      :random,
      events: :gb_sets.new(),
      number: 0,
      nodes: %{},
      done: %{},
      held: %{},
      submitted: 0,
      redone: 0,
      failed: 0,
      now: 0.0
    ]
  end

  defp world(nodes) do
    # The same world in each run.
    random = :rand.seed_s(:exsss, {1, 2, 3})
    world = %World{balancer: %Balancer{}, random: random}
    Enum.reduce(1..nodes, world, &join(&2, &1))
  end

  defp join(world, id) do
    pace = 10 * (1 + rem(id, 4))
    balancer = Balancer.join(world.balancer, id, @hello)
    %{world | balancer: balancer, nodes: Map.put(world.nodes, id, {0.0, 0.0, pace})}
  end

  defp submit(world, count, total) do
    Enum.reduce(1..count//1, world, fn _request, world ->
      if world.submitted < total do
        ref = world.submitted + 1
        %{world | submitted: ref, balancer: Balancer.enqueue(world.balancer, ref, @needs)}
      else
        world
      end
    end)
  end

  # Gives out what can be assigned out, and plans when each will be done: a node works in the order of arrival.
  defp assign(world) do
    {assigned, balancer} = Balancer.assign(world.balancer)
    Enum.reduce(assigned, %{world | balancer: balancer}, &begin(&2, &1))
  end

  defp begin(world, {ref, id}) do
    {one, other, pace} = Map.fetch!(world.nodes, id)
    {factor, random} = :rand.uniform_s(world.random)
    [first, second] = Enum.sort([one, other])
    finish = max(first, world.now) + pace * (0.5 + factor)
    # Which attempt it was tells whether its end still counts.
    attempt = Map.get(world.held, ref, {nil, 0}) |> elem(1)
    nodes = Map.put(world.nodes, id, {finish, second, pace})
    held = Map.put(world.held, ref, {id, attempt + 1})

    plan(
      %{world | random: random, nodes: nodes, held: held},
      finish,
      {:done, ref, id, attempt + 1}
    )
  end

  defp plan(world, time, what) do
    events = :gb_sets.add({time, world.number, what}, world.events)
    %{world | events: events, number: world.number + 1}
  end

  defp run(world, total) do
    case :gb_sets.is_empty(world.events) do
      true ->
        world

      false ->
        {{time, _number, event}, events} = :gb_sets.take_smallest(world.events)
        %{world | events: events, now: time} |> happen(event, total) |> assign() |> run(total)
    end
  end

  defp happen(world, {:done, ref, id, attempt}, total) do
    case world.held do
      %{^ref => {^id, ^attempt}} when is_map_key(world.nodes, id) ->
        done = Map.update(world.done, id, 1, &(&1 + 1))

        world = %{
          world
          | done: done,
            held: Map.delete(world.held, ref),
            balancer: Balancer.remove(world.balancer, ref)
        }

        submit(world, 1, total)

      _lost ->
        world
    end
  end

  defp happen(world, {:lose, id}, _total) do
    held = for {_ref, {^id, _attempt}} <- world.held, do: 1
    {failed, balancer} = Balancer.leave(world.balancer, id)

    %{
      world
      | balancer: balancer,
        nodes: Map.delete(world.nodes, id),
        held: Map.drop(world.held, failed),
        redone: world.redone + length(held) - length(failed),
        failed: world.failed + length(failed)
    }
  end

  defp happen(world, {:join, id}, _total), do: join(world, id)

  defp simulate(nodes, total, events) do
    events
    |> Enum.reduce(world(nodes), fn {time, what}, world -> plan(world, time, what) end)
    |> submit(@window, total)
    |> assign()
    |> run(total)
  end

  defp done(world), do: world.done |> Map.values() |> Enum.sum()

  # The time that the work takes when no worker is ever without.
  defp ideal(nodes, total),
    do: total / Enum.sum(for id <- 1..nodes, do: 2 / (10 * (1 + rem(id, 4))))

  @tag timeout: 600_000
  test "a million requests on a thousand nodes are spread by what each node can do" do
    world = simulate(1_000, 1_000_000, [])
    assert done(world) == 1_000_000
    # Nodes that are four times as quick do four times as much.
    by_pace =
      Enum.group_by(world.done, fn {id, _count} -> 10 * (1 + rem(id, 4)) end, &elem(&1, 1))

    mean = fn counts -> Enum.sum(counts) / length(counts) end
    assert_in_delta mean.(by_pace[10]) / mean.(by_pace[40]), 4, 0.2
    # Among those of the same pace nobody has more than a tenth over the mean.
    for {_pace, counts} <- by_pace, do: assert(Enum.max(counts) < 1.1 * mean.(counts))
    assert world.now < 1.05 * ideal(1_000, 1_000_000)
  end

  @tag timeout: 600_000
  test "when a tenth of the nodes is lost, all is done, once, and the rest takes over" do
    total = 1_000_000
    third = ideal(1_000, total) / 3
    events = for id <- 1..1_000//10, do: {third + id / 1_000, {:lose, id}}
    world = simulate(1_000, total, events)
    # An end of work counts only where it is the last attempt: a request cannot be counted twice.
    assert {done(world), world.failed} == {total, 0}
    # No more than what the lost nodes held: their slots, twice their workers.
    assert world.redone in 100..400

    # Two thirds of the work on nine tenths of the nodes, of which those that were lost had their share of each pace.
    assert world.now < 1.08 * third * (1 + 2 / 0.9)
  end

  test "a node that joins has work at once, and its share from then on" do
    world = simulate(100, 100_000, [{1_000.0, {:join, 1_001}}])
    {_one, _other, pace} = world.nodes[1_001]
    assert done(world) == 100_000
    assert_in_delta world.done[1_001], (world.now - 1_000) * 2 / pace, 0.1 * world.done[1_001]
  end
end
