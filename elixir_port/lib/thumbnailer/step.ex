defmodule Thumbnailer.Step do
  @moduledoc """
  A step that an instance has, as it describes itself. See `Thumbnailer.Steps`.
  """

  alias Thumbnailer.Error
  alias Thumbnailer.Step.{Description, Parameter}

  @enforce_keys [:name, :hash]
  defstruct [:name, :hash, :version, :summary, parameters: []]

  @typedoc "A step of an instance: `hash` is the SHA-256 of its module, 64 digits."
  @type t :: %__MODULE__{
          name: atom,
          hash: String.t(),
          version: String.t(),
          summary: String.t(),
          parameters: [Parameter.t()]
        }

  @typedoc "A module: the path of its file, also `{app, path}` within the folder of an application, or its bytes."
  @type source :: Path.t() | {atom, Path.t()} | {:bytes, binary}

  @doc false
  @spec describe(map, term) :: {:ok, t} | {:error, Error.t()}
  def describe(%{name: name, hash: hash}, text) when is_binary(text) do
    with {:ok, fields} <- Description.parse(text),
         do: {:ok, struct!(__MODULE__, [name: name, hash: hash] ++ Map.to_list(fields))}
  end

  def describe(_loaded, _answer),
    do: {:error, Error.new(:bad_reply, "the port program did not say what the step is")}

  @doc false
  @spec name?(term) :: boolean
  def name?(name),
    do: (is_atom(name) or is_binary(name)) and to_string(name) =~ ~r/\A[a-z][a-z0-9_]{0,31}\z/

  @doc false
  @spec name!(term) :: atom
  def name!(name) do
    if is_atom(name) and name?(name),
      do: name,
      else:
        raise(
          ArgumentError,
          "the name of a step must be an atom of lower case letters, digits and underscores, got: " <>
            inspect(name)
        )
  end
end
