defmodule Thumbnailer.Cluster.Balancer do
  @moduledoc false
  # Which member of a cluster group gets which request: pure data, so that a thousand nodes can be simulated with it
  # (test/elixir_port/features/cluster_simulation_test.exs). The router does what it says.
  #
  # A member gets no more requests than it has slots, twice its workers, so that none of its workers waits and the rest
  # can go to whoever is free next. Load is what a member holds, for whomever, over its workers.

  # Members that may lose a request.
  @losses 3

  defstruct members: %{}, order: :gb_sets.new(), lines: %{}, waiting: %{}, sent: %{}, next: 1

  @typedoc "What a request needs: the format that is read, if that is known, and those that are written."
  @type needs :: {loader :: atom | nil, savers :: [atom]}

  @type ref :: term
  @type id :: term

  @typedoc "`foreign` is what others have it do; a member that rests gets nothing."
  @type member :: %{
          workers: pos_integer,
          loaders: [atom],
          savers: [atom],
          own: non_neg_integer,
          foreign: non_neg_integer,
          resting: boolean
        }

  @type t :: %__MODULE__{
          members: %{id => member},
          # {load, id} of the members that have a free slot
          order: :gb_sets.set({float, id}),
          # waiting requests of each kind of needs, by their turn
          lines: %{needs => :gb_sets.set({integer, ref})},
          waiting: %{ref => {integer, needs, avoid :: [id]}},
          sent: %{ref => {id, integer, needs, avoid :: [id]}},
          next: integer
        }

  @doc "A member is there; `hello` is that of its program."
  @spec join(t, id, map) :: t
  def join(balance, id, hello) do
    member = %{
      workers: hello.workers,
      loaders: hello.loaders,
      savers: hello.savers,
      own: 0,
      foreign: 0,
      resting: false
    }

    put(balance, id, member)
  end

  @doc """
  A member is gone. Its requests are back in line, in their old places; those that were lost too often are out.

  A request that three members did not survive may be the cause, and is not tried on a fourth.
  """
  @spec leave(t, id) :: {given_up :: [ref], t}
  def leave(balance, id) do
    {given_up, balance} = balance |> held(id) |> Enum.reduce({[], balance}, &again/2)
    balance = unlist(balance, id)
    {given_up, %{balance | members: Map.delete(balance.members, id)}}
  end

  defp held(balance, id), do: for({ref, {^id, _turn, _needs, _avoid}} <- balance.sent, do: ref)

  @doc "The member did not do the request, which goes to another one."
  @spec lose(t, ref, id) :: {given_up :: [ref], t}
  def lose(balance, ref, id) do
    case balance.sent do
      %{^ref => {^id, _turn, _needs, _avoid}} -> again(ref, {[], balance})
      _elsewhere_by_now -> {[], balance}
    end
  end

  defp again(ref, {given_up, balance}) do
    {id, turn, needs, avoid} = Map.fetch!(balance.sent, ref)
    balance = free(balance, ref, id)

    if length(avoid) + 1 < @losses,
      do: {given_up, wait(balance, ref, needs, turn, [id | avoid])},
      else: {[ref | given_up], balance}
  end

  @doc "A member says how much it has to do, for whomever."
  @spec report(t, id, non_neg_integer) :: t
  def report(balance, id, total),
    do: update(balance, id, &%{&1 | foreign: max(total - &1.own, 0)})

  @doc "A member is spared, or is back at work."
  @spec rest(t, id, boolean) :: t
  def rest(balance, id, resting), do: update(balance, id, &%{&1 | resting: resting})

  @doc "Puts a request in line; one that was lost before has its old `turn`, and `avoid` are the members that lost it."
  @spec wait(t, ref, needs, integer | nil, [id]) :: t
  def wait(balance, ref, needs, turn \\ nil, avoid \\ []) do
    turn = turn || balance.next
    line = Map.get(balance.lines, needs, :gb_sets.new())

    %{
      balance
      | next: balance.next + 1,
        lines: Map.put(balance.lines, needs, :gb_sets.add({turn, ref}, line)),
        waiting: Map.put(balance.waiting, ref, {turn, needs, avoid})
    }
  end

  @doc "Whether there is a member, resting or not, that can do it."
  @spec able?(t, needs) :: boolean
  def able?(balance, needs),
    do: Enum.any?(balance.members, fn {_id, member} -> can?(member, needs) end)

  @doc "Takes a request out, whose turn was its place; for one that is sent, its slot is free again."
  @spec drop(t, ref) :: t
  def drop(balance, ref) do
    case balance do
      %{waiting: %{^ref => {turn, needs, _avoid}}} -> leave_line(balance, ref, turn, needs)
      %{sent: %{^ref => {id, _turn, _needs, _avoid}}} -> free(balance, ref, id)
      _unknown -> balance
    end
  end

  @doc "Gives out what can be given out now: the oldest request first, to the least loaded member that can do it."
  @spec assign(t) :: {[{ref, id}], t}
  def assign(balance), do: assign(balance, [])

  defp assign(balance, given) do
    candidates =
      for {needs, line} <- balance.lines,
          {turn, ref} = :gb_sets.smallest(line),
          id = choose(balance, needs, ref),
          do: {turn, ref, needs, id}

    case Enum.min(candidates, fn -> nil end) do
      nil ->
        {Enum.reverse(given), balance}

      {turn, ref, needs, {:ok, id}} ->
        balance |> send_out(ref, turn, needs, id) |> assign([{ref, id} | given])
    end
  end

  # A member that lost it before gets it only when there is no other.
  defp choose(balance, needs, ref) do
    {_turn, _needs, avoid} = Map.fetch!(balance.waiting, ref)
    able? = &can?(Map.fetch!(balance.members, &1), needs)
    members = :gb_sets.iterator(balance.order)

    case first(members, &(able?.(&1) and &1 not in avoid)) do
      nil -> if avoid != [] and not others?(balance, needs, avoid), do: first(members, able?)
      found -> found
    end
  end

  defp others?(balance, needs, avoid) do
    Enum.any?(balance.members, fn {id, member} ->
      id not in avoid and not member.resting and can?(member, needs)
    end)
  end

  defp first(iterator, fits?) do
    case :gb_sets.next(iterator) do
      :none -> nil
      {{_load, id}, next} -> if fits?.(id), do: {:ok, id}, else: first(next, fits?)
    end
  end

  defp can?(member, {loader, savers}),
    do: (loader == nil or loader in member.loaders) and Enum.all?(savers, &(&1 in member.savers))

  defp send_out(balance, ref, turn, needs, id) do
    {_turn, _needs, avoid} = Map.fetch!(balance.waiting, ref)

    balance
    |> leave_line(ref, turn, needs)
    |> Map.update!(:sent, &Map.put(&1, ref, {id, turn, needs, avoid}))
    |> update(id, &%{&1 | own: &1.own + 1})
  end

  defp leave_line(balance, ref, turn, needs) do
    line = :gb_sets.delete({turn, ref}, Map.fetch!(balance.lines, needs))

    lines =
      if :gb_sets.is_empty(line),
        do: Map.delete(balance.lines, needs),
        else: Map.put(balance.lines, needs, line)

    %{balance | lines: lines, waiting: Map.delete(balance.waiting, ref)}
  end

  defp free(balance, ref, id),
    do: %{balance | sent: Map.delete(balance.sent, ref)} |> update(id, &%{&1 | own: &1.own - 1})

  defp update(balance, id, change) do
    case balance.members do
      %{^id => member} -> balance |> unlist(id) |> put(id, change.(member))
      _gone -> balance
    end
  end

  defp put(balance, id, member) do
    balance = %{balance | members: Map.put(balance.members, id, member)}

    if member.resting or member.own >= 2 * member.workers,
      do: balance,
      else: %{balance | order: :gb_sets.add({load(member), id}, balance.order)}
  end

  defp unlist(balance, id) do
    case balance.members do
      %{^id => member} ->
        %{balance | order: :gb_sets.del_element({load(member), id}, balance.order)}

      _gone ->
        balance
    end
  end

  defp load(member), do: (member.own + member.foreign) / member.workers
end
