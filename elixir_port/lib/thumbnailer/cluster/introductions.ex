defmodule Thumbnailer.Cluster.Introductions do
  @moduledoc false
  # The members of a group that have not told of themselves yet, and who waits for that. Belongs to a router, which hears
  # :introductions_over when those who wait have waited for long enough.

  # Milliseconds that a member may take.
  @time 1_000

  defstruct expected: MapSet.new(), asking: []

  @type t :: %__MODULE__{expected: MapSet.t(pid), asking: [GenServer.from()]}

  @doc "Members that will tell of themselves."
  @spec expect(t, [pid]) :: t
  def expect(introductions, pids),
    do: %{introductions | expected: MapSet.union(introductions.expected, MapSet.new(pids))}

  @doc "A member has told of itself, or is gone."
  @spec done(t, pid) :: t
  def done(introductions, pid),
    do: %{introductions | expected: MapSet.delete(introductions.expected, pid)}

  @doc "Nobody is waited for any longer."
  @spec end_all(t) :: t
  def end_all(introductions), do: %{introductions | expected: MapSet.new()}

  @doc "One more waits until all are known."
  @spec ask(t, GenServer.from()) :: t
  def ask(introductions, from) do
    Process.send_after(self(), :introductions_over, @time)
    %{introductions | asking: [from | introductions.asking]}
  end

  @doc "Who can be answered now: all who wait when all are known, else nobody."
  @spec take_answerable(t) :: {[GenServer.from()], t}
  def take_answerable(introductions) do
    if Enum.empty?(introductions.expected),
      do: {introductions.asking, %{introductions | asking: []}},
      else: {[], introductions}
  end
end
