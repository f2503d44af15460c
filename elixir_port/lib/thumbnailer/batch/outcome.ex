defmodule Thumbnailer.Batch.Outcome do
  @moduledoc """
  What became of one input of a batch.

    * `state` - `:made`, `:skipped` (all outputs stand already), `:failed` (one output or more is missing), `:planned` in a dry run,
      `:left_out` for a file that is no image of this batch, or `:pruned` for one that is gone, whose outputs are deleted
    * `kind` - why it was left out, such as `:raw`, `:video`, `:hidden`
    * `outputs` - those that exist now, or are planned: maps of `:path`, `:size`, `:format`, and once they are made
      `:width`, `:height`, `:bytes`
    * `made` - how many of them were made now
    * `warnings` - what the decoder said of a damaged image that it could show
    * `bytes` - of the input; `milliseconds` - from its turn to its end
  """

  alias Thumbnailer.Error

  @enforce_keys [:path, :state]
  defstruct [
    :path,
    :state,
    :kind,
    outputs: [],
    errors: [],
    warnings: [],
    made: 0,
    bytes: 0,
    milliseconds: 0.0
  ]

  @type t :: %__MODULE__{
          path: Path.t(),
          state: :made | :skipped | :failed | :planned | :left_out | :pruned,
          kind: atom | nil,
          outputs: [map],
          errors: [Error.t()],
          warnings: [String.t()],
          made: non_neg_integer,
          bytes: non_neg_integer,
          milliseconds: float
        }

  @doc false
  @spec failed(Path.t(), Error.t()) :: t
  def failed(path, error), do: %__MODULE__{path: path, state: :failed, errors: [error]}
end
