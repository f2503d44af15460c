defmodule Thumbnailer.PortBuild.Inputs do
  @moduledoc false
  # What a build was made from: the sources and the environment. It is written beside what was built, and read again to
  # see whether anything has changed: a file that is newer, older, gone or new; another compiler; another place.

  alias Thumbnailer.PortBuild.Toolchain

  @type t :: %{environment: [{String.t(), String.t() | nil}], sources: [tuple]}

  @doc "What a build in this environment would be made from."
  @spec read(Path.t(), %{String.t() => String.t()}, String.t() | nil) :: t
  def read(root, environment, precompiled \\ nil) do
    %{
      environment: [
        {"root", root},
        {"precompiled", precompiled} | Toolchain.relevant(environment)
      ],
      sources: Enum.map(sources(root), &describe/1)
    }
  end

  @doc "Whether the build that wrote `stamp` was made from the same."
  @spec same?(Path.t(), t) :: boolean
  def same?(stamp, inputs), do: written(stamp) == inputs

  @doc "Whether it was made in the same place by the same tools, so that its objects can be kept."
  @spec same_environment?(Path.t(), t) :: boolean
  def same_environment?(stamp, inputs),
    do: match?(%{environment: same} when same == inputs.environment, written(stamp))

  @spec write!(Path.t(), t) :: :ok
  def write!(stamp, inputs) do
    File.mkdir_p!(Path.dirname(stamp))
    File.write!(stamp, :erlang.term_to_binary(inputs))
  end

  defp written(stamp) do
    with {:ok, bytes} <- File.read(stamp), do: :erlang.binary_to_term(bytes)
  rescue
    # Cut short, or of another version.
    ArgumentError -> nil
  end

  defp sources(root) do
    for name <- ["CMakeLists.txt", "cmake", "port"],
        path = Path.join(root, name),
        file <- [path | Path.wildcard(Path.join(path, "**"))],
        File.regular?(file),
        do: file
  end

  defp describe(file) do
    %{mtime: mtime, size: size} = File.stat!(file)
    {file, mtime, size}
  end
end
