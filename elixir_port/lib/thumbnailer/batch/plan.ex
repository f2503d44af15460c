defmodule Thumbnailer.Batch.Plan do
  @moduledoc false
  # What is to be made of one input: `due` are the outputs to make, `free` the names of those of them that nothing has yet,
  # `stand` the outputs that are left alone.

  alias Thumbnailer.Batch.Outcome
  alias Thumbnailer.OS.RawPath
  alias Thumbnailer.Batch.Journal.{Entry, Fingerprint, Record}

  @enforce_keys [:path, :content, :options]
  defstruct [:path, :content, :options, :record, due: [], free: [], stand: []]

  @type t :: %__MODULE__{
          path: Path.t(),
          content: Fingerprint.t(),
          options: binary,
          record: Record.t() | nil,
          due: [map],
          free: [Path.t()],
          stand: [map]
        }

  @doc "What became of an input for which nothing was made."
  @spec outcome(t, :planned | :skipped) :: Outcome.t()
  def outcome(plan, state),
    do: %Outcome{
      path: plan.path,
      state: state,
      outputs: plan.due ++ plan.stand,
      bytes: plan.content.size
    }

  @doc "The most bytes that the journal will take of it."
  @spec room(t) :: pos_integer
  def room(plan),
    do: Entry.room(RawPath.expand(plan.path), Enum.map(plan.due ++ plan.stand, & &1.name))
end
