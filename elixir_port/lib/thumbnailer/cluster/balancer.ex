defmodule Thumbnailer.Cluster.Balancer do
  @moduledoc false
  # Assigns requests to the members of a cluster group. It is pure data, so tests can simulate a thousand nodes with it
  # (test/elixir_port/features/cluster_simulation_test.exs). The router executes its assignments.
  #
  # A member has twice as many slots as workers and gets at most that many requests. So no worker waits, and the other
  # requests go to the next free member. Load is the number of a member's requests from all nodes, divided by its workers.

  alias Thumbnailer.Step

  # A request fails for good after so many members failed at it.
  @max_failures 3

  defstruct members: %{}, by_load: :gb_sets.new(), queues: %{}, waiting: %{}, sent: %{}, next: 1

  @typedoc "What a request needs: the input format, if known, the output formats, and its steps by the hashes of their modules."
  @type needs :: {loader :: atom | nil, savers :: [atom], steps :: [String.t()]}

  @type ref :: term
  @type id :: term

  @typedoc "`from_others` is the load from other nodes; a paused member gets no requests."
  @type member :: %{
          workers: pos_integer,
          loaders: [atom],
          savers: [atom],
          steps: [String.t()],
          own: non_neg_integer,
          from_others: non_neg_integer,
          paused: boolean
        }

  @type t :: %__MODULE__{
          members: %{id => member},
          # {load, id} of the members that have a free slot
          by_load: :gb_sets.set({float, id}),
          # waiting requests of each kind of needs, by their sequence
          queues: %{needs => :gb_sets.set({integer, ref})},
          waiting: %{ref => {integer, needs, excluded :: [id]}},
          sent: %{ref => {id, integer, needs, excluded :: [id]}},
          next: integer
        }

  @doc "Adds a member; `hello` is the hello of its program."
  @spec join(t, id, map) :: t
  def join(balancer, id, hello) do
    member = %{
      workers: hello.workers,
      loaders: hello.loaders,
      savers: hello.savers,
      steps: hashes(hello.steps),
      own: 0,
      from_others: 0,
      paused: false
    }

    put(balancer, id, member)
  end

  @doc """
  Removes a member. Its requests are queued again, in their old positions; those that failed too often are returned.

  A request that failed on three members may be the cause, so it is not tried on a fourth.
  """
  @spec leave(t, id) :: {failed :: [ref], t}
  def leave(balancer, id) do
    {failed, balancer} = balancer |> assigned_to(id) |> Enum.reduce({[], balancer}, &requeue/2)
    balancer = remove_from_order(balancer, id)
    {failed, %{balancer | members: Map.delete(balancer.members, id)}}
  end

  defp assigned_to(balancer, id),
    do: for({ref, {^id, _sequence, _needs, _excluded}} <- balancer.sent, do: ref)

  @doc "The member failed at the request, so it goes to another one."
  @spec fail(t, ref, id) :: {failed :: [ref], t}
  def fail(balancer, ref, id) do
    case balancer.sent do
      %{^ref => {^id, _sequence, _needs, _excluded}} -> requeue(ref, {[], balancer})
      _elsewhere_by_now -> {[], balancer}
    end
  end

  defp requeue(ref, {failed, balancer}) do
    {id, sequence, needs, excluded} = Map.fetch!(balancer.sent, ref)
    balancer = release(balancer, ref, id)

    if length(excluded) + 1 < @max_failures,
      do: {failed, enqueue(balancer, ref, needs, sequence, [id | excluded])},
      else: {[ref | failed], balancer}
  end

  @doc "Updates the load of a member, from all nodes."
  @spec report(t, id, non_neg_integer) :: t
  def report(balancer, id, total),
    do: update(balancer, id, &%{&1 | from_others: max(total - &1.own, 0)})

  @doc "A member has other steps now."
  @spec set_steps(t, id, %{optional(atom) => Step.t()}) :: t
  def set_steps(balancer, id, steps), do: update(balancer, id, &%{&1 | steps: hashes(steps)})

  defp hashes(steps), do: for({_name, %{hash: hash}} <- steps, do: hash)

  @doc "Pauses or resumes a member."
  @spec set_paused(t, id, boolean) :: t
  def set_paused(balancer, id, paused), do: update(balancer, id, &%{&1 | paused: paused})

  @doc "Queues a request; one that failed before keeps its `sequence`, and `excluded` are the members that failed at it."
  @spec enqueue(t, ref, needs, integer | nil, [id]) :: t
  def enqueue(balancer, ref, needs, sequence \\ nil, excluded \\ []) do
    sequence = sequence || balancer.next
    queue = Map.get(balancer.queues, needs, :gb_sets.new())

    %{
      balancer
      | next: balancer.next + 1,
        queues: Map.put(balancer.queues, needs, :gb_sets.add({sequence, ref}, queue)),
        waiting: Map.put(balancer.waiting, ref, {sequence, needs, excluded})
    }
  end

  @doc "Whether any member, paused or not, supports these needs."
  @spec capable?(t, needs) :: boolean
  def capable?(balancer, needs),
    do: Enum.any?(balancer.members, fn {_id, member} -> supports?(member, needs) end)

  @doc "Removes a request and frees its slot."
  @spec remove(t, ref) :: t
  def remove(balancer, ref) do
    case balancer do
      %{waiting: %{^ref => {sequence, needs, _excluded}}} ->
        dequeue(balancer, ref, sequence, needs)

      %{sent: %{^ref => {id, _sequence, _needs, _excluded}}} ->
        release(balancer, ref, id)

      _unknown ->
        balancer
    end
  end

  @doc "Assigns all requests for which a slot is free: the oldest first, to the least loaded member that supports it."
  @spec assign(t) :: {[{ref, id}], t}
  def assign(balancer), do: assign(balancer, [])

  defp assign(balancer, assigned) do
    candidates =
      for {needs, queue} <- balancer.queues,
          {sequence, ref} = :gb_sets.smallest(queue),
          id = choose(balancer, needs, ref),
          do: {sequence, ref, needs, id}

    case Enum.min(candidates, fn -> nil end) do
      nil ->
        {Enum.reverse(assigned), balancer}

      {sequence, ref, needs, {:ok, id}} ->
        balancer |> mark_sent(ref, sequence, needs, id) |> assign([{ref, id} | assigned])
    end
  end

  # A member that failed at the request gets it again only if there is no other member.
  defp choose(balancer, needs, ref) do
    {_sequence, _needs, excluded} = Map.fetch!(balancer.waiting, ref)
    capable? = &supports?(Map.fetch!(balancer.members, &1), needs)
    members = :gb_sets.iterator(balancer.by_load)

    case first(members, &(capable?.(&1) and &1 not in excluded)) do
      nil ->
        if excluded != [] and not others?(balancer, needs, excluded), do: first(members, capable?)

      found ->
        found
    end
  end

  defp others?(balancer, needs, excluded) do
    Enum.any?(balancer.members, fn {id, member} ->
      id not in excluded and not member.paused and supports?(member, needs)
    end)
  end

  defp first(iterator, fits?) do
    case :gb_sets.next(iterator) do
      :none -> nil
      {{_load, id}, next} -> if fits?.(id), do: {:ok, id}, else: first(next, fits?)
    end
  end

  defp supports?(member, {loader, savers, steps}) do
    (loader == nil or loader in member.loaders) and Enum.all?(savers, &(&1 in member.savers)) and
      Enum.all?(steps, &(&1 in member.steps))
  end

  defp mark_sent(balancer, ref, sequence, needs, id) do
    {_sequence, _needs, excluded} = Map.fetch!(balancer.waiting, ref)

    balancer
    |> dequeue(ref, sequence, needs)
    |> Map.update!(:sent, &Map.put(&1, ref, {id, sequence, needs, excluded}))
    |> update(id, &%{&1 | own: &1.own + 1})
  end

  defp dequeue(balancer, ref, sequence, needs) do
    queue = :gb_sets.delete({sequence, ref}, Map.fetch!(balancer.queues, needs))

    queues =
      if :gb_sets.is_empty(queue),
        do: Map.delete(balancer.queues, needs),
        else: Map.put(balancer.queues, needs, queue)

    %{balancer | queues: queues, waiting: Map.delete(balancer.waiting, ref)}
  end

  defp release(balancer, ref, id),
    do: %{balancer | sent: Map.delete(balancer.sent, ref)} |> update(id, &%{&1 | own: &1.own - 1})

  defp update(balancer, id, change) do
    case balancer.members do
      %{^id => member} -> balancer |> remove_from_order(id) |> put(id, change.(member))
      _gone -> balancer
    end
  end

  defp put(balancer, id, member) do
    balancer = %{balancer | members: Map.put(balancer.members, id, member)}

    if member.paused or member.own >= 2 * member.workers,
      do: balancer,
      else: %{balancer | by_load: :gb_sets.add({load(member), id}, balancer.by_load)}
  end

  defp remove_from_order(balancer, id) do
    case balancer.members do
      %{^id => member} ->
        %{balancer | by_load: :gb_sets.del_element({load(member), id}, balancer.by_load)}

      _gone ->
        balancer
    end
  end

  defp load(member), do: (member.own + member.from_others) / member.workers
end
