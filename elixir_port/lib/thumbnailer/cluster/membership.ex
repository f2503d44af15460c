defmodule Thumbnailer.Cluster.Membership do
  @moduledoc false
  # The members of a group as one router knows them: what each said of itself, and when it was last heard.

  alias Thumbnailer.Cluster.Member

  # Milliseconds after which a member that was not heard is silent.
  @silence 10 * Member.beat()

  defstruct members: %{}

  @type member :: %{
          info: map,
          monitor: reference,
          heard_at: integer,
          state: :up | :silent
        }

  @type t :: %__MODULE__{members: %{optional(pid) => member}}

  @doc "What a member said of itself."
  @spec info(t, pid) :: map
  def info(roster, pid), do: roster.members[pid].info

  @doc "A member has said hello, for the first time or again."
  @spec join(t, pid, map) :: t
  def join(roster, pid, info) do
    {_known, roster} = leave(roster, pid)
    member = %{info: info, monitor: Process.monitor(pid), heard_at: now(), state: :up}
    put_in(roster.members[pid], member)
  end

  @doc "A member was heard. `:back` is one that was silent before."
  @spec hear(t, pid) :: {:up | :back | :unknown, t}
  def hear(roster, pid) do
    case roster.members do
      %{^pid => %{state: state} = member} ->
        heard = put_in(roster.members[pid], %{member | state: :up, heard_at: now()})
        {if(state == :up, do: :up, else: :back), heard}

      _gone ->
        {:unknown, roster}
    end
  end

  @doc "A member is gone; yields what was known of it."
  @spec leave(t, pid) :: {member | nil, t}
  def leave(roster, pid) do
    {member, members} = Map.pop(roster.members, pid)
    _ = member && Process.demonitor(member.monitor, [:flush])
    {member, %{roster | members: members}}
  end

  @doc "Those that were up and have not been heard for too long; they are silent now."
  @spec fall_silent(t) :: {[pid], t}
  def fall_silent(roster) do
    silent =
      for {pid, %{state: :up, heard_at: heard_at}} <- roster.members,
          now() - heard_at > @silence,
          do: pid

    {silent, Enum.reduce(silent, roster, &put_in(&2.members[&1].state, :silent))}
  end

  @doc "What `Thumbnailer.Cluster.members/1` tells; `balanced` is what each has to do."
  @spec list(t, map) :: [map]
  def list(roster, balanced) do
    members =
      for {pid, %{info: info, state: state}} <- roster.members do
        load = balanced[pid]
        state = if load && load.resting, do: :resting, else: state

        info
        |> Map.delete(:server)
        |> Map.merge(%{load: if(load, do: load.own + load.foreign, else: 0), state: state})
      end

    Enum.sort_by(members, & &1.node)
  end

  defp now, do: System.monotonic_time(:millisecond)
end
