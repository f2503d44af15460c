defmodule Thumbnailer.Cluster.Router do
  @moduledoc false
  # Gives the requests of this node to the members of one group. It holds no image: callers ask it for a member, send
  # the request there themselves, and say how it went. It never waits for anybody.
  #
  # A caller sends {:submit, ref, caller, needs, timeout} and gets, tagged with ref: {:go, member, info} whenever
  # it is to send its request to a member, also when that is to be another one; or {:error, error}.

  use GenServer, restart: :transient

  alias Thumbnailer.Error
  alias Thumbnailer.Cluster.{Balancer, Events, Member, Membership, Scope}

  # Milliseconds: that a member rests which cannot work; that a member's answer may be late.
  @rest 2_000
  @grace 2_000

  @enforce_keys [:group]
  defstruct [:group, :pg, balance: %Balancer{}, roster: %Membership{}, requests: %{}]

  @spec registry() :: atom
  def registry, do: __MODULE__.Registry

  @spec supervisor() :: atom
  def supervisor, do: __MODULE__.Supervisor

  @doc "The router of the group on this node; starts it when it is not there."
  @spec of(atom) :: pid
  def of(group) do
    with [] <- Registry.lookup(registry(), group),
         {:error, {:already_started, pid}} <-
           DynamicSupervisor.start_child(supervisor(), {__MODULE__, group}) do
      pid
    else
      [{pid, _value}] -> pid
      {:ok, pid} -> pid
    end
  end

  @spec start_link(atom) :: GenServer.on_start()
  def start_link(group),
    do: GenServer.start_link(__MODULE__, group, name: {:via, Registry, {registry(), group}})

  @doc "Asks for a member; the answers are messages to `caller`, see above."
  @spec submit(pid, reference, Balancer.needs(), pos_integer) :: :ok
  def submit(router, ref, needs, timeout) do
    send(router, {:submit, ref, self(), needs, timeout})
    :ok
  end

  @doc "The request is answered, or nobody waits for it any more."
  @spec done(pid, reference) :: :ok
  def done(router, ref), do: GenServer.cast(router, {:done, ref})

  @doc "The member cannot do the request: it is `:gone`, or `:unwell` and needs a rest."
  @spec lost(pid, reference, pid, :gone | :unwell) :: :ok
  def lost(router, ref, member, how), do: GenServer.cast(router, {:lost, ref, member, how})

  @doc "What `Thumbnailer.Cluster.members/1` tells."
  @spec members(pid) :: [map]
  def members(router), do: GenServer.call(router, :members)

  @impl true
  def init(group) do
    {pg, members} = :pg.monitor(Scope.name(), group)
    Enum.each(members, &Member.watch(&1, self()))
    Process.send_after(self(), :listen, Member.beat())
    {:ok, %__MODULE__{group: group, pg: pg}}
  end

  @impl true
  def handle_call(:members, _from, state),
    do: {:reply, Membership.list(state.roster, state.balance.members), state}

  @impl true
  def handle_cast({:done, ref}, state), do: {:noreply, state |> forget(ref) |> assign()}

  def handle_cast({:lost, ref, member, how}, state) do
    {given_up, balance} = Balancer.lose(state.balance, ref, member)
    {:noreply, %{state | balance: balance} |> spare(member, how) |> give_up(given_up) |> assign()}
  end

  @impl true
  def handle_info({:submit, ref, caller, needs, timeout}, state) do
    if state.balance.members != %{} and not Balancer.able?(state.balance, needs) do
      tell(ref, {:error, unable(needs, state)})
      {:noreply, state}
    else
      request = %{
        monitor: :erlang.monitor(:process, caller, tag: {:caller_down, ref}),
        timer: Process.send_after(self(), {:late, ref}, timeout)
      }

      state = put_in(state.requests[ref], request)
      {:noreply, assign(%{state | balance: Balancer.wait(state.balance, ref, needs)})}
    end
  end

  def handle_info({{:caller_down, ref}, _monitor, :process, _pid, _reason}, state),
    do: {:noreply, state |> forget(ref) |> assign()}

  # A member keeps the deadline itself, and answers.
  def handle_info({:late, ref}, state) do
    case {state.requests, state.balance.sent} do
      {%{^ref => request}, %{^ref => _sent}} when not is_map_key(request, :grace) ->
        timer = Process.send_after(self(), {:late, ref}, @grace)
        {:noreply, put_in(state.requests[ref], Map.merge(request, %{timer: timer, grace: true}))}

      {%{^ref => _request}, _waiting} ->
        tell(ref, {:error, too_late(state)})
        {:noreply, state |> forget(ref) |> assign()}

      _answered ->
        {:noreply, state}
    end
  end

  # -- members

  def handle_info({pg, :join, _group, pids}, %{pg: pg} = state) do
    Enum.each(pids, &Member.watch(&1, self()))
    {:noreply, state}
  end

  def handle_info({pg, :leave, _group, pids}, %{pg: pg} = state),
    do: {:noreply, pids |> Enum.reduce(state, &gone(&2, &1)) |> assign()}

  def handle_info({:member, pid, info}, state) do
    {_before, state} = part(state, pid)
    {:noreply, arrive(%{state | roster: Membership.join(state.roster, pid, info)}, pid)}
  end

  def handle_info({:beat, pid, load}, state) do
    {known, roster} = Membership.hear(state.roster, pid)
    state = %{state | roster: roster}

    case known do
      :up -> {:noreply, assign(%{state | balance: Balancer.report(state.balance, pid, load)})}
      :back -> {:noreply, arrive(state, pid)}
      :unknown -> {:noreply, state}
    end
  end

  def handle_info({:DOWN, _monitor, :process, pid, _reason}, state),
    do: {:noreply, state |> gone(pid) |> assign()}

  def handle_info(:listen, state) do
    Process.send_after(self(), :listen, Member.beat())

    {silent, roster} = Membership.fall_silent(state.roster)
    {:noreply, silent |> Enum.reduce(%{state | roster: roster}, &silent(&2, &1)) |> assign()}
  end

  def handle_info({:rested, pid}, state),
    do: {:noreply, assign(%{state | balance: Balancer.rest(state.balance, pid, false)})}

  def handle_info(_stray, state), do: {:noreply, state}

  defp arrive(state, pid) do
    info = Membership.info(state.roster, pid)
    Events.node(state.group, {:node_up, info.node, Map.delete(info, :server)})
    assign(%{state | balance: Balancer.join(state.balance, pid, info)})
  end

  defp gone(state, pid) do
    case part(state, pid) do
      {%{state: :up, info: info}, state} ->
        Events.node(state.group, {:node_down, info.node, :gone})
        state

      {_silent_or_unknown, state} ->
        state
    end
  end

  defp part(state, pid) do
    case Membership.leave(state.roster, pid) do
      {nil, _roster} -> {nil, state}
      {member, roster} -> {member, take_back(%{state | roster: roster}, pid)}
    end
  end

  defp silent(state, pid) do
    Events.node(state.group, {:node_down, Membership.info(state.roster, pid).node, :silent})
    take_back(state, pid)
  end

  defp take_back(state, pid) do
    {given_up, balance} = Balancer.leave(state.balance, pid)
    give_up(%{state | balance: balance}, given_up)
  end

  defp spare(state, _member, :gone), do: state

  defp spare(state, member, :unwell) do
    Process.send_after(self(), {:rested, member}, @rest)
    %{state | balance: Balancer.rest(state.balance, member, true)}
  end

  # -- requests

  defp assign(state) do
    {given, balance} = Balancer.assign(state.balance)

    for {ref, member} <- given,
        do: tell(ref, {:go, member, Membership.info(state.roster, member)})

    %{state | balance: balance}
  end

  defp give_up(state, refs) do
    Enum.reduce(refs, state, fn ref, state ->
      why = "three nodes in a row did not finish this request: each left, hung or had no program"
      tell(ref, {:error, Error.new(:unavailable, why)})
      forget(state, ref)
    end)
  end

  defp forget(state, ref) do
    case Map.pop(state.requests, ref) do
      {nil, _requests} ->
        state

      {request, requests} ->
        Process.demonitor(request.monitor, [:flush])
        _ = Process.cancel_timer(request.timer)
        %{state | requests: requests, balance: Balancer.drop(state.balance, ref)}
    end
  end

  # To the alias, which takes no more messages once the caller has its answer.
  defp tell(ref, message), do: send(ref, {ref, message})

  defp unable({loader, savers}, state) do
    nodes = map_size(state.balance.members)

    message =
      "none of the #{nodes} nodes of #{inspect(state.group)} reads #{loader} and writes #{Enum.join(savers, ", ")}"

    Error.new(:unsupported_format, message)
  end

  defp too_late(%{roster: %{members: members}, group: group}) when members == %{},
    do:
      Error.new(:unavailable, "no node of the cluster group #{inspect(group)} was there in time")

  defp too_late(_state),
    do: Error.new(:timeout, "the deadline passed before a node of the cluster had made it")
end
