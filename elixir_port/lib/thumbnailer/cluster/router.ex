defmodule Thumbnailer.Cluster.Router do
  @moduledoc false
  # Assigns the requests of this node to the members of one group. It holds no images: callers ask it for a member, send
  # the request there themselves, and report the result. It never blocks.
  #
  # A caller sends {:submit, ref, caller, needs, timeout, bytes} and gets, tagged with ref: {:assigned, member, info} whenever
  # it is to send its request to a member, also when that is to be another one; or {:error, error}.

  use GenServer, restart: :transient

  alias Thumbnailer.Cluster.{
    Admission,
    Balancer,
    Events,
    Introductions,
    Member,
    Membership,
    Refusal,
    RoutedRequest,
    Scope,
    StepSync
  }

  require Logger

  # Milliseconds: how long a member without a program gets no requests; how long after the deadline a member's answer may come.
  @pause 2_000
  @grace 2_000

  @enforce_keys [:group]
  defstruct [
    :group,
    :pg,
    balancer: %Balancer{},
    membership: %Membership{},
    requests: %{},
    admission: %Admission{},
    introductions: %Introductions{}
  ]

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
      [{pid, _value}] ->
        pid

      {:ok, pid} ->
        {:ok, _sync} = DynamicSupervisor.start_child(supervisor(), {StepSync, group: group})
        pid
    end
  end

  @spec start_link(atom) :: GenServer.on_start()
  def start_link(group),
    do: GenServer.start_link(__MODULE__, group, name: {:via, Registry, {registry(), group}})

  @doc "Asks for a member; the answers are messages to `caller`, see above."
  @spec submit(pid, reference, Balancer.needs(), pos_integer, bytes :: non_neg_integer) :: :ok
  def submit(router, ref, needs, timeout, bytes) do
    send(router, {:submit, ref, self(), needs, timeout, bytes})
    :ok
  end

  @doc "The request is answered, or nobody waits for it any more."
  @spec done(pid, reference) :: :ok
  def done(router, ref), do: GenServer.cast(router, {:done, ref})

  @doc "The member cannot do the request: it is `:gone`, or `:unavailable` and gets no requests for a while."
  @spec lost(pid, reference, pid, :gone | :unavailable) :: :ok
  def lost(router, ref, member, how), do: GenServer.cast(router, {:lost, ref, member, how})

  @doc "The steps of a group, after each member that this node knows of has told its own, or a second."
  @spec steps(atom) :: %{optional(atom) => Thumbnailer.Step.t()}
  def steps(group), do: group |> of() |> GenServer.call(:steps)

  @doc "What `Thumbnailer.Cluster.members/1` tells."
  @spec members(pid) :: [map]
  def members(router), do: GenServer.call(router, :members)

  @impl true
  def init(group) do
    {pg, members} = :pg.monitor(Scope.name(), group)
    Process.send_after(self(), :check_heartbeats, Member.heartbeat_interval())
    {:ok, expect(%__MODULE__{group: group, pg: pg}, members)}
  end

  @impl true
  def handle_call(:members, _from, state),
    do: {:reply, Membership.list(state.membership, state.balancer.members), state}

  def handle_call(:steps, from, state) do
    {:noreply, answer(%{state | introductions: Introductions.ask(state.introductions, from)})}
  end

  @impl true
  def handle_cast({:done, ref}, state), do: {:noreply, state |> forget(ref) |> assign()}

  def handle_cast({:lost, ref, member, how}, state) do
    {failed, balancer} = Balancer.fail(state.balancer, ref, member)
    {:noreply, %{state | balancer: balancer} |> pause(member, how) |> fail(failed) |> assign()}
  end

  @impl true
  def handle_info({:submit, ref, caller, needs, timeout, bytes}, state) do
    capable? = state.balancer.members == %{} or Balancer.capable?(state.balancer, needs)
    waiting = map_size(state.balancer.waiting)

    with {:capable, true} <- {:capable, capable?},
         {:ok, admission} <- Admission.admit(state.admission, state.group, waiting, bytes) do
      state = put_in(state.requests[ref], RoutedRequest.new(ref, caller, timeout, bytes))
      balancer = Balancer.enqueue(state.balancer, ref, needs)
      {:noreply, assign(%{state | admission: admission, balancer: balancer})}
    else
      {:capable, false} ->
        notify(ref, {:error, Refusal.unsupported(needs, state.balancer, state.group)})
        {:noreply, state}

      {:error, error} ->
        notify(ref, {:error, error})
        {:noreply, state}
    end
  end

  def handle_info({{:caller_down, ref}, _monitor, :process, _pid, _reason}, state),
    do: {:noreply, state |> forget(ref) |> assign()}

  # A member keeps the deadline itself, and answers.
  def handle_info({:deadline_passed, ref}, state) do
    case {state.requests, state.balancer.sent} do
      {%{^ref => %{state: :open} = request}, %{^ref => _sent}} ->
        {:noreply, put_in(state.requests[ref], RoutedRequest.overdue(request, @grace))}

      {%{^ref => _request}, _waiting} ->
        notify(ref, {:error, Refusal.timeout(state.membership, state.group)})
        {:noreply, state |> forget(ref) |> assign()}

      _answered ->
        {:noreply, state}
    end
  end

  # -- members

  def handle_info({pg, :join, _group, pids}, %{pg: pg} = state) do
    {:noreply, expect(state, pids)}
  end

  def handle_info({pg, :leave, _group, pids}, %{pg: pg} = state),
    do: {:noreply, pids |> Enum.reduce(state, &member_down(&2, &1)) |> assign()}

  def handle_info({:steps, pid, steps}, state) do
    if Membership.steps?(steps) do
      membership = Membership.put_steps(state.membership, pid, steps)
      balancer = Balancer.set_steps(state.balancer, pid, steps)
      {:noreply, assign(%{state | membership: membership, balancer: balancer})}
    else
      {:noreply, state}
    end
  end

  def handle_info(:introductions_over, state),
    do: {:noreply, answer(%{state | introductions: Introductions.end_all(state.introductions)})}

  def handle_info({:member, pid, info}, state) do
    {_before, state} = remove_member(state, pid)

    if Membership.valid?(pid, info) do
      membership = Membership.join(state.membership, pid, info)
      {:noreply, answer(member_up(%{state | membership: membership}, pid))}
    else
      Logger.warning(
        "thumbnailer cluster #{inspect(state.group)}: #{inspect(pid)} on #{node(pid)} is no member, for it says of itself " <>
          inspect(info, limit: 20, printable_limit: 200),
        domain: [:thumbnailer]
      )

      {:noreply, state}
    end
  end

  def handle_info({:heartbeat, pid, load}, state) when is_integer(load) and load >= 0 do
    {known, membership} = Membership.heartbeat(state.membership, pid)
    state = %{state | membership: membership}

    case known do
      :up -> {:noreply, assign(%{state | balancer: Balancer.report(state.balancer, pid, load)})}
      :back -> {:noreply, member_up(state, pid)}
      :unknown -> {:noreply, state}
    end
  end

  def handle_info({:DOWN, _monitor, :process, pid, _reason}, state),
    do: {:noreply, state |> member_down(pid) |> assign()}

  def handle_info(:check_heartbeats, state) do
    Process.send_after(self(), :check_heartbeats, Member.heartbeat_interval())

    {silent, membership} = Membership.mark_silent(state.membership)

    {:noreply,
     silent |> Enum.reduce(%{state | membership: membership}, &member_silent(&2, &1)) |> assign()}
  end

  def handle_info({:resume, pid}, state),
    do: {:noreply, assign(%{state | balancer: Balancer.set_paused(state.balancer, pid, false)})}

  def handle_info(_stray, state), do: {:noreply, state}

  defp member_up(state, pid) do
    info = Membership.info(state.membership, pid)
    Events.node(state.group, {:node_up, info.node, Map.delete(info, :server)})
    assign(%{state | balancer: Balancer.join(state.balancer, pid, info)})
  end

  defp member_down(state, pid) do
    case remove_member(state, pid) do
      {%{state: :up, info: info}, state} ->
        Events.node(state.group, {:node_down, info.node, :gone})
        state

      {_silent_or_unknown, state} ->
        state
    end
  end

  defp expect(state, pids) do
    Enum.each(pids, &Member.subscribe(&1, self()))
    %{state | introductions: Introductions.expect(state.introductions, pids)}
  end

  defp answer(state) do
    {asking, introductions} = Introductions.take_answerable(state.introductions)
    if asking != [], do: reply_all(asking, Membership.steps(state.membership))
    %{state | introductions: introductions}
  end

  defp reply_all(asking, steps), do: Enum.each(asking, &GenServer.reply(&1, steps))

  defp remove_member(state, pid) do
    state = %{state | introductions: Introductions.done(state.introductions, pid)}

    case Membership.leave(state.membership, pid) do
      {nil, _roster} -> {nil, state}
      {member, membership} -> {member, requeue(%{state | membership: membership}, pid)}
    end
  end

  defp member_silent(state, pid) do
    Events.node(state.group, {:node_down, Membership.info(state.membership, pid).node, :silent})
    requeue(state, pid)
  end

  defp requeue(state, pid) do
    {failed, balancer} = Balancer.leave(state.balancer, pid)
    fail(%{state | balancer: balancer}, failed)
  end

  defp pause(state, _member, :gone), do: state

  defp pause(state, member, :unavailable) do
    Process.send_after(self(), {:resume, member}, @pause)
    %{state | balancer: Balancer.set_paused(state.balancer, member, true)}
  end

  # -- requests

  defp assign(state) do
    {assigned, balancer} = Balancer.assign(state.balancer)

    for {ref, member} <- assigned,
        do: notify(ref, {:assigned, member, Membership.info(state.membership, member)})

    %{state | balancer: balancer}
  end

  defp fail(state, refs) do
    Enum.reduce(refs, state, fn ref, state ->
      notify(ref, {:error, Refusal.unfinished()})
      forget(state, ref)
    end)
  end

  defp forget(state, ref) do
    case Map.pop(state.requests, ref) do
      {nil, _requests} ->
        state

      {request, requests} ->
        RoutedRequest.close(request)

        %{
          state
          | requests: requests,
            admission: Admission.release(state.admission, request.bytes),
            balancer: Balancer.remove(state.balancer, ref)
        }
    end
  end

  # To the alias, which takes no more messages once the caller has its answer.
  defp notify(ref, message), do: send(ref, {ref, message})
end
