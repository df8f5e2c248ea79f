"""What the components of every cloud do alike while a Pulumi program runs.

Arguments that are known now or later, default names, the account that a stack belongs to, packages that become
artifacts, fingerprints of versions, and the rules that no cloud sees differently. What only one cloud has stands in
its own package.
"""
