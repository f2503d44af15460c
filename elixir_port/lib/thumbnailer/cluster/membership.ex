defmodule Thumbnailer.Cluster.Membership do
  @moduledoc false
  # The members of a group as one router knows them: what each said of itself, and when its last heartbeat came.

  alias Thumbnailer.Cluster.Member
  alias Thumbnailer.Instance.Message
  alias Thumbnailer.Step
  alias Thumbnailer.Step.Catalog

  # Milliseconds without a heartbeat after which a member is silent.
  @silent_after 10 * Member.heartbeat_interval()

  defstruct members: %{}, refused: %{}

  @type member :: %{
          info: map,
          monitor: reference,
          last_heartbeat: integer,
          state: :up | :silent
        }

  @type t :: %__MODULE__{
          members: %{optional(pid) => member},
          refused: %{optional(pid) => String.t()}
        }

  @doc """
  Whether a member said of itself what requests are given out by, and what is wrong if not. It may run another version of this
  library, or a program that says anything, and must not break the routers of other nodes.
  """
  @spec check(pid, term) :: :ok | {:error, String.t()}
  def check(pid, info) do
    version = Message.version()

    case info do
      %{protocol: ^version} -> if valid?(pid, info), do: :ok, else: {:error, nonsense(info)}
      %{protocol: other} -> {:error, foreign(other)}
      %{workers: _} -> {:error, foreign(nil)}
      _other -> {:error, nonsense(info)}
    end
  end

  # One that does not say runs a version of before there was a number.
  defp foreign(version) do
    spoken = if version, do: inspect(version, limit: 5), else: "1 or none"

    "speaks version #{spoken} of the protocol between nodes, this node version #{Message.version()}"
  end

  defp nonsense(info),
    do:
      "says of itself #{inspect(info, limit: 20, printable_limit: 200)}, which this version does not know"

  defp valid?(pid, %{server: server, node: node, workers: workers, max_request_bytes: max} = info) do
    is_pid(server) and node == node(server) and node == node(pid) and
      is_integer(workers) and workers in 1..256 and is_integer(max) and max > 0 and
      names?(info[:loaders]) and names?(info[:savers]) and Catalog.steps?(info[:steps])
  end

  defp valid?(_pid, _info), do: false

  defp names?(names) when length(names) >= 0, do: Enum.all?(names, &is_atom/1)
  defp names?(_no_list), do: false

  @doc "A process of the group is no member, for this reason."
  @spec refuse(t, pid, String.t()) :: t
  def refuse(membership, pid, why), do: put_in(membership.refused[pid], why)

  @doc "Why processes of the group are no members, by their nodes."
  @spec refused(t) :: [{node, String.t()}]
  def refused(membership),
    do: membership.refused |> Enum.map(fn {pid, why} -> {node(pid), why} end) |> Enum.sort()

  @doc "A member has other steps now."
  @spec put_steps(t, pid, map) :: t
  def put_steps(membership, pid, steps) do
    if Map.has_key?(membership.members, pid),
      do: put_in(membership.members[pid].info.steps, steps),
      else: membership
  end

  @doc "The steps of the members that are up: of those that differ by their module, the one that most of them have."
  @spec steps(t) :: %{optional(atom) => Step.t()}
  def steps(membership) do
    all =
      for {_pid, %{state: :up, info: %{steps: steps}}} <- membership.members,
          {name, step} <- steps,
          do: {name, step}

    all
    |> Enum.group_by(&elem(&1, 0), &elem(&1, 1))
    |> Map.new(fn {name, steps} ->
      {step, _members} =
        steps |> Enum.frequencies() |> Enum.max_by(fn {step, n} -> {n, step.hash} end)

      {name, step}
    end)
  end

  @doc "What a member said of itself."
  @spec info(t, pid) :: map
  def info(membership, pid), do: membership.members[pid].info

  @doc "A member has said hello, for the first time or again."
  @spec join(t, pid, map) :: t
  def join(membership, pid, info) do
    {_known, membership} = leave(membership, pid)
    member = %{info: info, monitor: Process.monitor(pid), last_heartbeat: now(), state: :up}
    put_in(membership.members[pid], member)
  end

  @doc "A heartbeat of a member came. `:back` is one that was silent before."
  @spec heartbeat(t, pid) :: {:up | :back | :unknown, t}
  def heartbeat(membership, pid) do
    case membership.members do
      %{^pid => %{state: state} = member} ->
        updated = put_in(membership.members[pid], %{member | state: :up, last_heartbeat: now()})
        {if(state == :up, do: :up, else: :back), updated}

      _gone ->
        {:unknown, membership}
    end
  end

  @doc "A member is gone; yields what was known of it."
  @spec leave(t, pid) :: {member | nil, t}
  def leave(membership, pid) do
    {member, members} = Map.pop(membership.members, pid)
    _ = member && Process.demonitor(member.monitor, [:flush])
    refused = Map.delete(membership.refused, pid)
    {member, %{membership | members: members, refused: refused}}
  end

  @doc "Those that were up and sent no heartbeat for too long; they are silent now."
  @spec mark_silent(t) :: {[pid], t}
  def mark_silent(membership) do
    silent =
      for {pid, %{state: :up, last_heartbeat: last_heartbeat}} <- membership.members,
          now() - last_heartbeat > @silent_after,
          do: pid

    {silent, Enum.reduce(silent, membership, &put_in(&2.members[&1].state, :silent))}
  end

  @doc "What `Thumbnailer.Cluster.members/1` tells; `loads` is what each has to do."
  @spec list(t, map) :: [map]
  def list(membership, loads) do
    members =
      for {pid, %{info: info, state: state}} <- membership.members do
        load = loads[pid]
        state = if load && load.paused, do: :unavailable, else: state

        info
        |> Map.delete(:server)
        |> Map.update!(:steps, &Enum.sort(Map.keys(&1)))
        |> Map.merge(%{load: if(load, do: load.own + load.from_others, else: 0), state: state})
      end

    Enum.sort_by(members, & &1.node)
  end

  defp now, do: System.monotonic_time(:millisecond)
end
