defmodule Thumbnailer.Cluster.Router do
  @moduledoc false
  # Assigns the requests of this node to the members of one group. It holds no images: callers ask it for a member, send
  # the request there themselves, and report the result. It never blocks.
  #
  # A caller sends {:submit, ref, caller, needs, timeout, bytes} and gets, tagged with ref: {:assigned, member, info} whenever
  # it is to send its request to a member, also when that is to be another one; or {:error, error}.

  use GenServer, restart: :transient

  alias Thumbnailer.Cluster.{Balancer, Group, Member, Membership, Scope, StepSync}
  alias Thumbnailer.Instance.Message

  require Logger

  # `pg` is the reference of the messages that tell who joins and leaves.
  @enforce_keys [:pg, :group]
  defstruct [:pg, :group]

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
  def init(name) do
    {pg, members} = :pg.monitor(Scope.name(), name)
    Process.send_after(self(), :check_heartbeats, Member.heartbeat_interval())
    {:ok, %__MODULE__{pg: pg, group: Group.expect(%Group{name: name}, members)}}
  end

  @impl true
  def handle_call(:members, _from, %{group: group} = state),
    do: {:reply, Membership.list(group.membership, group.balancer.members), state}

  def handle_call(:steps, from, state), do: update(state, &Group.ask_steps(&1, from))

  def handle_call(_of_another_version, _from, state), do: {:reply, Message.unknown(), state}

  @impl true
  def handle_cast({:done, ref}, state), do: update(state, &Group.forget(&1, ref))

  def handle_cast({:lost, ref, member, how}, state),
    do: update(state, &Group.lost(&1, ref, member, how))

  def handle_cast(_of_another_version, state), do: {:noreply, state}

  # -- requests

  @impl true
  def handle_info({:submit, ref, caller, needs, timeout, bytes}, state),
    do: update(state, &Group.submit(&1, ref, caller, {needs, timeout, bytes}))

  def handle_info({{:caller_down, ref}, _monitor, :process, _pid, _reason}, state),
    do: update(state, &Group.forget(&1, ref))

  def handle_info({:deadline_passed, ref}, state),
    do: update(state, &Group.deadline_passed(&1, ref))

  # -- members

  def handle_info({pg, :join, _group, pids}, %{pg: pg} = state),
    do: update(state, &Group.expect(&1, pids))

  def handle_info({pg, :leave, _group, pids}, %{pg: pg} = state),
    do: update(state, &Group.leave(&1, pids))

  def handle_info({:member, pid, info}, state) when is_pid(pid) do
    {why, group} = Group.introduced(state.group, pid, info)
    if why, do: warn_of(group.name, pid, why)
    {:noreply, %{state | group: group}}
  end

  def handle_info({:steps, pid, steps}, state),
    do: update(state, &Group.put_steps(&1, pid, steps))

  def handle_info(:introductions_over, state), do: update(state, &Group.end_introductions/1)

  def handle_info({:heartbeat, pid, load}, state) when is_integer(load) and load >= 0,
    do: update(state, &Group.heartbeat(&1, pid, load))

  def handle_info({:DOWN, _monitor, :process, pid, _reason}, state),
    do: update(state, &Group.leave(&1, [pid]))

  def handle_info(:check_heartbeats, state) do
    Process.send_after(self(), :check_heartbeats, Member.heartbeat_interval())
    update(state, &Group.check_heartbeats/1)
  end

  def handle_info({:resume, pid}, state), do: update(state, &Group.resume(&1, pid))

  def handle_info(_stray, state), do: {:noreply, state}

  defp update(state, change), do: {:noreply, %{state | group: change.(state.group)}}

  defp warn_of(name, pid, why) do
    Logger.warning(
      "thumbnailer cluster #{inspect(name)}: #{inspect(pid)} on #{node(pid)} is no member, for it #{why}",
      domain: [:thumbnailer]
    )
  end
end
